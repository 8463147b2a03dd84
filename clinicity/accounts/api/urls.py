from clinicity.accounts.api import views
from clinicity.common.routes import route

urlpatterns = [
    route("auth/login/", views.LoginView, name="auth-login"),
    route("auth/refresh/", views.RefreshView, name="auth-refresh"),
    route("auth/logout/", views.LogoutView, name="auth-logout"),
    route("auth/step-up/", views.StepUpView, name="auth-step-up"),
    route("auth/me/", views.MeView, name="auth-me"),
]
