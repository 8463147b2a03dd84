from django.urls import URLPattern

app_name = "biometrics"
urlpatterns: list[URLPattern] = []
