"""Synonyms, and marks by which processes notice what changed.

Revision: 0010, after 0009
Made: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table('search_marks',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_search_marks'))
    )
    op.create_table('synonym_sets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['accounts.id'], name=op.f('fk_synonym_sets_changed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_synonym_sets')),
    sa.UniqueConstraint('id', 'language', name=op.f('uq_synonym_sets_id_language'))
    )
    with op.batch_alter_table('synonym_sets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_synonym_sets_language'), ['language'], unique=False)

    op.create_table('synonym_phrases',
    sa.Column('set_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['set_id', 'language'], ['synonym_sets.id', 'synonym_sets.language'], name=op.f('fk_synonym_phrases_set_id_language'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('set_id', 'position', name=op.f('pk_synonym_phrases')),
    sa.UniqueConstraint('language', 'key', name=op.f('uq_synonym_phrases_language_key'))
    )


def downgrade() -> None:
    op.drop_table('synonym_phrases')
    with op.batch_alter_table('synonym_sets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_synonym_sets_language'))

    op.drop_table('synonym_sets')
    op.drop_table('search_marks')
