from django.urls import URLPattern

app_name = "twins"
urlpatterns: list[URLPattern] = []
