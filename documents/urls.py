from django.urls import path

from documents import views

app_name = "documents"
ONE = "<uuid:document_id>/"
urlpatterns = [
    path("", views.index, name="list"),
    path("patients/<uuid:patient_id>/", views.of_patient, name="of_patient"),
    path("patients/<uuid:patient_id>/panel/", views.panel, name="panel"),
    path(ONE, views.document, name="document"),
    path(f"{ONE}standing/", views.standing, name="standing"),
    path(f"{ONE}pages/<int:number>.png", views.page_image, name="page_image"),
    path(f"{ONE}accept/", views.accept, name="accept"),
    path(f"{ONE}retry/", views.retry, name="retry"),
    path(f"{ONE}delete/", views.delete, name="delete"),
]
