"""What the work queue does for visits. Each task bears being run twice."""

from celery import shared_task

from edc import clock
from visits.operations.reminders import lay_reminders, reminding_system, send_waiting
from visits.queries.reminders import sites_with_participants


@shared_task(name="visits.tasks.remind_daily")  # type: ignore[untyped-decorator]  # Celery has no types
def remind_daily() -> None:
    """Tell the staff of every site about visits that are due or overdue on this day of the site's calendar."""
    by = reminding_system()
    for site in sites_with_participants():
        lay_reminders(by=by, site=site, today=clock.today(site.time_zone))
    send_waiting()
