"""Acts as the API shows them: in the words of the trail's pages, with what the reader may not know left out."""

from rest_framework import serializers

from edc.audit.models import Act
from edc.rest.fields import Choice, Moment, Output, Text
from edc.rest.paging import PageParameters

TRAIL_ORDERS = {"-time": (), "time": ()}


class ChangeShape(Output):
    """One part that changed, in words."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    path = serializers.CharField(help_text="The item or column.")
    table = serializers.CharField()
    old = serializers.CharField(help_text="Empty when it was entered for the first time.")
    new = serializers.CharField(help_text="Empty when it was cleared.")


class ActShape(Output):
    """One thing that somebody did, or was refused."""

    id = serializers.UUIDField(source="act.pk")
    at = serializers.DateTimeField(source="act.at")
    at_site = serializers.CharField(source="when", help_text="The same moment by the clock of the site.")
    person = serializers.CharField(source="act.actor_name")
    username = serializers.CharField(source="act.actor_username")
    role = serializers.CharField(source="act.actor_role", help_text="The role in which they acted, as it was then.")
    organisation = serializers.CharField(source="act.actor_organisation")
    operation = serializers.CharField(source="act.operation")
    sentence = serializers.CharField()
    outcome = serializers.ChoiceField(Act.Outcome.choices, source="act.outcome")
    reason = serializers.CharField(source="why")
    channel = serializers.ChoiceField(Act.Channel.choices, source="act.channel")
    software = serializers.CharField(source="act.software")
    trial = serializers.CharField(source="act.trial_code")
    site = serializers.CharField(source="act.site_code")
    subject = serializers.UUIDField(source="act.subject_id", allow_null=True)
    subject_label = serializers.CharField(source="act.subject_label")
    where = serializers.CharField(help_text="Form and visit in words.")
    record = serializers.UUIDField(source="act.record_id", allow_null=True)
    changes = ChangeShape(many=True)


class TrailParameters(PageParameters):
    """What the trail is narrowed to, as on its page, and its order."""

    order = Choice(list(TRAIL_ORDERS), required=False, default="-time", help_text="Newest first, or oldest first.")
    site = Text(required=False, default="", max_length=20, help_text="A site's code.")
    subject = Text(required=False, default="", max_length=40, help_text="A participant number.")
    form = Text(required=False, default="", max_length=40, help_text="A form's id.")
    item = Text(required=False, default="", max_length=40, help_text="An item's id.")
    user = Text(required=False, default="", max_length=150, help_text="A user name, or a part of the printed name.")
    role = Text(required=False, default="", max_length=100, help_text="A part of the role.")
    operation = Text(required=False, default="", max_length=100, help_text="An operation, such as `visits.save_entry`.")
    outcome = Choice(Act.Outcome.choices, required=False, default="", help_text="One outcome.")
    since = Moment(required=False, default=None, help_text="From this moment on.")
    until = Moment(required=False, default=None, help_text="Up to this moment.")
