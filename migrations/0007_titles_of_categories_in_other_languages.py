"""Titles of categories in other languages.

Revision: 0007, after 0006
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table('category_titles',
    sa.Column('category_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_category_titles_category_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('category_id', 'language', name=op.f('pk_category_titles'))
    )


def downgrade() -> None:
    op.drop_table('category_titles')
