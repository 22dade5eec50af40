"""The search log and its sessions.

Revision: 0003, after 0002
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
