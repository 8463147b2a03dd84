from clinicity.accounts.api import views
from clinicity.common.routes import route

urlpatterns = [
    route("auth/login/", views.LoginView, name="auth-login"),
    route("auth/login/second-factor/", views.SecondFactorView, name="auth-second-factor"),
    route("auth/login/passkey/", views.PasskeyOptionsView, name="auth-passkey"),
    route("auth/refresh/", views.RefreshView, name="auth-refresh"),
    route("auth/logout/", views.LogoutView, name="auth-logout"),
    route("auth/step-up/", views.StepUpView, name="auth-step-up"),
    route("auth/me/", views.MeView, name="auth-me"),
]
