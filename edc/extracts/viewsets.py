"""Datasets over the API: which there are, and the download, which is an act."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from edc.access.roles import Permission
from edc.exports.variants import VARIANTS
from edc.extracts.catalogue import datasets_for
from edc.extracts.making import extract
from edc.rest.fields import Choice, Input, Output, Reason, Text
from edc.rest.schema import documented
from edc.rest.views import Api
from trials.queries import trial_by_code
from trials.reading import reading

MOST_DATASETS = 500


class DatasetShape(Output):
    """A dataset that can be taken out."""

    name = serializers.CharField()
    title = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField(), source="header")


class ExtractWanted(Input):
    """Which datasets, and how the files are written."""

    variant = Choice([(variant.name, variant.label) for variant in VARIANTS.values()])
    datasets = serializers.ListField(
        child=Text(max_length=100),
        required=False,
        default=list,
        max_length=MOST_DATASETS,
        help_text="Names of datasets; all of them when left out.",
    )
    reason = Reason()


class Zip(JSONRenderer):
    """Lets a program ask for the zip; refusals are JSON all the same."""

    media_type = "application/zip"
    format = "zip"


class Datasets(Api):
    """Taking data out of a trial."""

    renderer_classes: Any = [JSONRenderer, Zip]

    @documented(
        "datasets_list",
        "List the datasets that you may take out of a trial",
        answer=DatasetShape(many=True),
        example=[{"name": "subjects", "title": "Participants", "columns": ["subject", "site", "status"]}],
    )
    def list(self, request: Request, code: str) -> Response:
        trial = trial_by_code(self.actor, code)
        return Response(DatasetShape(datasets_for(reading(self.actor, trial, "default")), many=True).data)

    @documented(
        "extract",
        "Download datasets as one zip of CSV files with codebook and manifest",
        answer=OpenApiTypes.BINARY,
        media_type="application/zip",
        body=ExtractWanted,
        body_example={"variant": "exact", "datasets": ["subjects", "visits"]},
    )
    def download(self, request: Request, code: str) -> Any:
        trial = trial_by_code(self.actor, code)
        if not self.actor.may(Permission.EXTRACT_DATA, trial.scope()):
            extract(by=self.actor, trial=trial, variant="")  # the door refuses, and puts the attempt on record
        made = extract(by=self.actor, trial=trial, **self.sent(ExtractWanted))
        return FileResponse(made.file, as_attachment=True, filename=made.filename, content_type="application/zip")
