from django.urls import path

from clinicity.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("step-up/", views.step_up, name="step-up"),
    path("logout/", views.sign_out, name="logout"),
]
