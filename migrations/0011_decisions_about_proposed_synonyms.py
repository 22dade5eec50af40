"""Decisions about proposed synonyms.

Revision: 0011, after 0010
Made: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table('synonym_decisions',
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('is_accepted', sa.Boolean(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['accounts.id'], name=op.f('fk_synonym_decisions_decided_by_id')),
    sa.PrimaryKeyConstraint('language', 'key', name=op.f('pk_synonym_decisions'))
    )


def downgrade() -> None:
    op.drop_table('synonym_decisions')
