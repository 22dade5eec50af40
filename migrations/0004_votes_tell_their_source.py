"""Votes tell their source.

Revision: 0004, after 0003
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
