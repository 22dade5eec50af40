"""Indexing requests tell of problems.

Revision: 0002, after 0001
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('indexing_requests', schema=None) as batch_op:
        batch_op.add_column(sa.Column('problem', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('indexing_requests', schema=None) as batch_op:
        batch_op.drop_column('problem')
