"""The probabilities of inactivity of the hits in words, for a report page."""

from collections.abc import Iterator

from gnn.bundle.inactivity_columns import IF_ACTIVE, P_INACTIVE
from screening.hits.table import HitTable
from screening.report.manifest import RunFacts
from screening.text.inactivity_words import describe_chance


def inactivity_words(table: HitTable, facts: RunFacts) -> Iterator[dict[str, str]]:
    """Yield for each hit the probability and the value of an active compound in words, by task.

    Tasks without a probability are left out.
    """
    at = {column.name: place for place, column in enumerate(table.columns)}
    levels = {
        task: one.numbers.level
        for task, one in facts.inactivity.items()
        if f"{task}{P_INACTIVE}" in at
    }
    for row in table.rows:
        yield {
            task: describe_chance(
                float(row[at[f"{task}{P_INACTIVE}"]]), level, row[at[f"{task}{IF_ACTIVE}"]]
            )
            for task, level in levels.items()
        }
