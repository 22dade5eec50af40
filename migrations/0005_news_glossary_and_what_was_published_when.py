"""News, glossary, and what was published when.

Revision: 0005, after 0004
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
