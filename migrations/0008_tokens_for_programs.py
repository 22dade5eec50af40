"""Tokens for programs.

Revision: 0008, after 0007
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
