"""Worlds for plays, one after the other on the same four tables: a funded programme, two partners,
two ride companies. Each is made once by the commands, as of each moment at which a play may begin,
and then put back as it was, which is faster."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from builders import OTHER_PROVIDER
from tables import empty_tables, fill_tables, make_tables, world_on
from world import Clock, World


class Stage:
    """Four tables of its own. `client` is the one that the code under test uses, `bystander` one
    that nobody watches."""

    def __init__(self, client: Any, bystander: Any) -> None:
        self.client = client
        self.bystander = bystander
        self.tables: Mapping[str, str] = make_tables(bystander)
        self._furniture: dict[datetime, dict[str, list[dict[str, Any]]]] = {}

    def world(self, begins_at: datetime) -> World:
        """A furnished world, whose clock says `begins_at`; the one before it is gone."""
        empty_tables(self.bystander, self.tables)
        world = world_on(self.client, self.tables, clock=Clock(begins_at))
        if begins_at not in self._furniture:
            world.with_program().register_provider(OTHER_PROVIDER)
            self._furniture[begins_at] = world.everything()
        else:
            fill_tables(self.bystander, self.tables, self._furniture[begins_at])
        return world
