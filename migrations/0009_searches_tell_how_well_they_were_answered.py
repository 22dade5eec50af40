"""Searches tell how well they were answered.

Revision: 0009, after 0008
Made: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('search_events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('fit', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('confidence', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('best', sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('search_events', schema=None) as batch_op:
        batch_op.drop_column('best')
        batch_op.drop_column('confidence')
        batch_op.drop_column('fit')
