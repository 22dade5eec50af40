"""News, glossary, next steps, and what was published when.

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
    op.create_table('news',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('news', 'incident', name='newskind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('category_id', sa.Integer(), nullable=True),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('ends_at IS NULL OR ends_at >= starts_at', name=op.f('ck_news_ends_after_its_start')),
    sa.CheckConstraint("resolved_at IS NULL OR kind = 'incident'", name=op.f('ck_news_only_incidents_are_resolved')),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_news_article_id')),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_news_category_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['accounts.id'], name=op.f('fk_news_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_news'))
    )
    with op.batch_alter_table('news', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_news_starts_at'), ['starts_at'], unique=False)

    op.create_table('news_texts',
    sa.Column('news_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('resolution', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['news_id'], ['news.id'], name=op.f('fk_news_texts_news_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('news_id', 'language', name=op.f('pk_news_texts'))
    )
    op.create_table('glossary_terms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_glossary_terms_article_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_glossary_terms')),
    sa.UniqueConstraint('slug', name=op.f('uq_glossary_terms_slug'))
    )
    op.create_table('glossary_texts',
    sa.Column('term_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('term', sa.String(), nullable=False),
    sa.Column('folded', sa.String(), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('forms', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['term_id'], ['glossary_terms.id'], name=op.f('fk_glossary_texts_term_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('term_id', 'language', name=op.f('pk_glossary_texts')),
    sa.UniqueConstraint('language', 'folded', name=op.f('uq_glossary_texts_language_folded'))
    )
    op.create_table('next_steps',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('next_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('article_id != next_id', name=op.f('ck_next_steps_not_to_itself')),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_next_steps_article_id')),
    sa.ForeignKeyConstraint(['next_id'], ['articles.id'], name=op.f('fk_next_steps_next_id')),
    sa.PrimaryKeyConstraint('article_id', 'next_id', name=op.f('pk_next_steps'))
    )
    with op.batch_alter_table('next_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_next_steps_next_id'), ['next_id'], unique=False)

    op.create_table('published_revisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('audience', sa.Enum('public', 'signed_in', 'staff', name='audience', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['article_id', 'language', 'revision_id'], ['revisions.article_id', 'revisions.language', 'revisions.id'], name=op.f('fk_published_revisions_article_id_language_revision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_published_revisions'))
    )
    with op.batch_alter_table('published_revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_published_revisions_article_id_language_published_at'), ['article_id', 'language', 'published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_published_revisions_revision_id'), ['revision_id'], unique=False)

    # What is published now is all that is surely known: for whom earlier texts were, nobody wrote down.
    op.execute(
        'INSERT INTO published_revisions (article_id, language, revision_id, published_at, audience) '
        'SELECT publications.article_id, publications.language, publications.revision_id, publications.published_at, '
        'articles.audience FROM publications JOIN articles ON articles.id = publications.article_id'
    )


def downgrade() -> None:
    op.drop_table('published_revisions')
    op.drop_table('next_steps')
    op.drop_table('glossary_texts')
    op.drop_table('glossary_terms')
    op.drop_table('news_texts')
    op.drop_table('news')
