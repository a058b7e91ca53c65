"""A month's report that stands there as published, for those who look at it. A scene's programme
began just now, so that the job that publishes finds none of its months over."""

from e2e.scene import now
from infra.local.stack import Stack

REPORT = b"<p>The report</p>"


def put_report(running: Stack, program_id: str, month: str, edition: int = 0) -> None:
    """The record as the job writes it, and the file that it names."""
    path = f"reports/{program_id}/{month}/report.html"
    running.client("s3").put_object(
        Bucket=running.output("ReportsBucketName"), Key=path, Body=REPORT
    )
    running.client("dynamodb").put_item(
        TableName=running.output("ProgramsTableName"),
        Item={
            "pk": {"S": f"report#{program_id}"},
            "sk": {"S": month},
            "program_id": {"S": program_id},
            "month": {"S": month},
            "form": {"N": "1"},
            "rules_version": {"N": "1"},
            "edition": {"N": str(edition)},
            "changes": {"L": [{"S": "money.spent_cents"}] if edition else []},
            "published_at": {"S": now().strftime("%Y-%m-%dT%H:%M:%S.000Z")},
            "files": {
                "L": [
                    {
                        "M": {
                            "path": {"S": path},
                            "size_bytes": {"N": str(len(REPORT))},
                            "sha256": {"S": "0" * 64},
                        }
                    }
                ]
            },
            "partners": {"M": {}},
            "version": {"N": "1"},
        },
    )
