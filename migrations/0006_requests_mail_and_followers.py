"""Requests, mail and followers.

Revision: 0006, after 0005
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
