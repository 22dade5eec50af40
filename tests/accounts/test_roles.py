import itertools

from app.accounts.roles import Permission, Role, permissions_of


def test_every_role_may_all_that_the_ones_below_may() -> None:
    ladder = [permissions_of(role) for role in (None, *Role)]
    assert all(lower < higher for lower, higher in itertools.pairwise(ladder))


def test_a_visitor_may_only_read_what_is_public() -> None:
    assert permissions_of(None) == {Permission.READ_PUBLIC}


def test_an_administrator_may_everything() -> None:
    assert permissions_of(Role.ADMINISTRATOR) == set(Permission)
