from django.urls import path

from twins import views

app_name = "twins"
urlpatterns = [
    path("patients/<uuid:patient_id>/", views.detail, name="detail"),
    path("patients/<uuid:patient_id>/panel/", views.panel, name="panel"),
    path("patients/<uuid:patient_id>/compare/", views.compare, name="compare"),
    path("patients/<uuid:patient_id>/generate/", views.generate, name="generate"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
]
