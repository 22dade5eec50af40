"""Tests of search.

Revision: 0012, after 0011
Made: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table('relevance_tests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('group', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('top', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_passed', sa.Boolean(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('instead', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['accounts.id'], name=op.f('fk_relevance_tests_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relevance_tests')),
    sa.UniqueConstraint('language', 'words', 'kind', 'group', name=op.f('uq_relevance_tests_language_words_kind_group'))
    )


def downgrade() -> None:
    op.drop_table('relevance_tests')
