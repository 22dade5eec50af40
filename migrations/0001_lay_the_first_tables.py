"""Lay the first tables.

Revision: 0001, the first
Made: 2026-11-22 08:47:13.549289
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = ('default',)
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('display_name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('role', sa.Enum('reader', 'agent', 'editor', 'manager', 'administrator', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_accounts_email_in_lower_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('email', name=op.f('uq_accounts_email'))
    )
    op.create_table('attachments',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('byte_size', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_attachments'))
    )
    op.create_table('categories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['categories.id'], name=op.f('fk_categories_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_categories')),
    sa.UniqueConstraint('parent_id', 'slug', name=op.f('uq_categories_parent_id_slug')),
    sa.UniqueConstraint('path', name=op.f('uq_categories_path'))
    )
    with op.batch_alter_table('categories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_categories_parent_id'), ['parent_id'], unique=False)

    op.create_table('indexing_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_to', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indexing_requests')),
    sqlite_autoincrement=True
    )
    op.create_table('jobs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('unique_key', sa.String(), nullable=True),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_by', sa.String(), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs')),
    sa.UniqueConstraint('unique_key', name=op.f('uq_jobs_unique_key'))
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_jobs_due_at'), ['due_at'], unique=False)

    op.create_table('sign_in_attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_key', sa.String(), nullable=False),
    sa.Column('address_key', sa.String(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('succeeded', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts'))
    )
    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_attempts_account_key_happened_at'), ['account_key', 'happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_attempts_address_key_happened_at'), ['address_key', 'happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_attempts_happened_at'), ['happened_at'], unique=False)

    op.create_table('site_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_site_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_version'))
    )
    op.create_table('tags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tags')),
    sa.UniqueConstraint('name', name=op.f('uq_tags_name'))
    )
    op.create_table('activities',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('verb', sa.String(), nullable=False),
    sa.Column('subject_kind', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['accounts.id'], name=op.f('fk_activities_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activities'))
    )
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_activities_subject_kind_subject_id_id'), ['subject_kind', 'subject_id', 'id'], unique=False)

    op.create_table('articles',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('type', sa.Enum('how_to', 'problem', 'qa', 'reference', 'procedure', name='articletype', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('draft', 'in_review', 'published', 'archived', name='articlestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('audience', sa.Enum('public', 'signed_in', 'staff', name='audience', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('confidence', sa.Enum('wip', 'not_validated', 'validated', name='confidence', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('governance', sa.Enum('open', 'controlled', name='governance', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('source_language', sa.String(), nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_featured', sa.Boolean(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('review_due_on', sa.Date(), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_by_id', sa.Integer(), nullable=True),
    sa.Column('replaced_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('related_found_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('replaced_by_id != id', name=op.f('ck_articles_not_replaced_by_itself')),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_articles_category_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['accounts.id'], name=op.f('fk_articles_owner_id')),
    sa.ForeignKeyConstraint(['replaced_by_id'], ['articles.id'], name=op.f('fk_articles_replaced_by_id')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['accounts.id'], name=op.f('fk_articles_verified_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_articles')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('articles', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_articles_category_id'), ['category_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_articles_related_found_at'), ['related_found_at'], unique=False)

    op.create_table('article_aliases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_article_aliases_article_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_aliases')),
    sa.UniqueConstraint('article_id', 'language', 'text', name=op.f('uq_article_aliases_article_id_language_text'))
    )
    op.create_table('article_attachments',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('filename', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_article_attachments_article_id')),
    sa.ForeignKeyConstraint(['sha256'], ['attachments.sha256'], name=op.f('fk_article_attachments_sha256')),
    sa.PrimaryKeyConstraint('article_id', 'sha256', name=op.f('pk_article_attachments'))
    )
    with op.batch_alter_table('article_attachments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_article_attachments_sha256'), ['sha256'], unique=False)

    op.create_table('article_tags',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_article_tags_article_id')),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_article_tags_tag_id')),
    sa.PrimaryKeyConstraint('article_id', 'tag_id', name=op.f('pk_article_tags'))
    )
    with op.batch_alter_table('article_tags', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_article_tags_tag_id'), ['tag_id'], unique=False)

    op.create_table('related_articles',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('related_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_related_articles_article_id')),
    sa.ForeignKeyConstraint(['related_id'], ['articles.id'], name=op.f('fk_related_articles_related_id')),
    sa.PrimaryKeyConstraint('article_id', 'related_id', name=op.f('pk_related_articles'))
    )
    op.create_table('slug_redirects',
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('category_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("path LIKE '/%'", name=op.f('ck_slug_redirects_path_starts_with_a_slash')),
    sa.CheckConstraint('(article_id IS NULL) != (category_id IS NULL)', name=op.f('ck_slug_redirects_one_target')),
    sa.CheckConstraint('language IS NULL OR article_id IS NOT NULL', name=op.f('ck_slug_redirects_language_of_an_article')),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_slug_redirects_article_id')),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_slug_redirects_category_id')),
    sa.PrimaryKeyConstraint('path', name=op.f('pk_slug_redirects'))
    )
    with op.batch_alter_table('slug_redirects', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_slug_redirects_article_id'), ['article_id'], unique=False)

    op.create_table('translations',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_translations_article_id')),
    sa.PrimaryKeyConstraint('article_id', 'language', name=op.f('pk_translations')),
    sa.UniqueConstraint('article_id', 'slug', name=op.f('uq_translations_article_id_slug'))
    )
    op.create_table('imported_files',
    sa.Column('collection', sa.String(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id', 'language'], ['translations.article_id', 'translations.language'], name=op.f('fk_imported_files_article_id_language')),
    sa.PrimaryKeyConstraint('collection', 'path', name=op.f('pk_imported_files'))
    )
    op.create_table('revisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('significance', sa.Enum('minor', 'moderate', 'major', name='significance', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('short_answer', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('based_on_id', sa.Integer(), nullable=True),
    sa.Column('source_revision_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("title != ''", name=op.f('ck_revisions_title_not_empty')),
    sa.CheckConstraint('length(short_answer) <= 300', name=op.f('ck_revisions_short_answer_is_short')),
    sa.CheckConstraint('number >= 1 AND line >= 1 AND line <= number', name=op.f('ck_revisions_numbers')),
    sa.ForeignKeyConstraint(['article_id', 'language'], ['translations.article_id', 'translations.language'], name=op.f('fk_revisions_article_id_language')),
    sa.ForeignKeyConstraint(['author_id'], ['accounts.id'], name=op.f('fk_revisions_author_id')),
    sa.ForeignKeyConstraint(['based_on_id'], ['revisions.id'], name=op.f('fk_revisions_based_on_id')),
    sa.ForeignKeyConstraint(['source_revision_id'], ['revisions.id'], name=op.f('fk_revisions_source_revision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revisions')),
    sa.UniqueConstraint('article_id', 'language', 'id', name=op.f('uq_revisions_article_id_language_id')),
    sa.UniqueConstraint('article_id', 'language', 'number', name=op.f('uq_revisions_article_id_language_number'))
    )
    op.create_table('fix_votes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('voter', sa.String(), nullable=False),
    sa.Column('fixed', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Enum('inaccurate', 'confusing', 'incomplete', 'not_my_problem', 'did_not_work', 'cannot_do_it', 'other', name='votereason', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('query', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("NOT fixed OR (reason IS NULL AND comment = '')", name=op.f('ck_fix_votes_reasons_follow_a_no')),
    sa.ForeignKeyConstraint(['article_id', 'language'], ['translations.article_id', 'translations.language'], name=op.f('fk_fix_votes_article_id_language')),
    sa.ForeignKeyConstraint(['revision_id'], ['revisions.id'], name=op.f('fk_fix_votes_revision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fix_votes')),
    sa.UniqueConstraint('article_id', 'language', 'line', 'voter', name=op.f('uq_fix_votes_article_id_language_line_voter'))
    )
    with op.batch_alter_table('fix_votes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fix_votes_article_id_created_at'), ['article_id', 'created_at'], unique=False)

    op.create_table('publications',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('short_answer', sa.String(), nullable=False),
    sa.Column('html', sa.Text(), nullable=False),
    sa.Column('contents', sa.JSON(), nullable=False),
    sa.Column('passages', sa.JSON(), nullable=False),
    sa.Column('rendered_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id', 'language', 'revision_id'], ['revisions.article_id', 'revisions.language', 'revisions.id'], name=op.f('fk_publications_article_id_language_revision_id')),
    sa.ForeignKeyConstraint(['article_id', 'language'], ['translations.article_id', 'translations.language'], name=op.f('fk_publications_article_id_language')),
    sa.ForeignKeyConstraint(['published_by_id'], ['accounts.id'], name=op.f('fk_publications_published_by_id')),
    sa.PrimaryKeyConstraint('article_id', 'language', name=op.f('pk_publications')),
    sa.UniqueConstraint('revision_id', name=op.f('uq_publications_revision_id'))
    )
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_publications_published_at'), ['published_at'], unique=False)

    op.create_table('published_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('target_id', sa.Integer(), nullable=True),
    sa.Column('anchor', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id', 'language'], ['publications.article_id', 'publications.language'], name=op.f('fk_published_links_article_id_language'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_published_links'))
    )
    with op.batch_alter_table('published_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_published_links_target_id'), ['target_id'], unique=False)

    op.execute('INSERT INTO site_version (id, number) VALUES (1, 1)')


def downgrade() -> None:
    with op.batch_alter_table('published_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_published_links_target_id'))

    op.drop_table('published_links')
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_publications_published_at'))

    op.drop_table('publications')
    with op.batch_alter_table('fix_votes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fix_votes_article_id_created_at'))

    op.drop_table('fix_votes')
    op.drop_table('revisions')
    op.drop_table('imported_files')
    op.drop_table('translations')
    with op.batch_alter_table('slug_redirects', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_slug_redirects_article_id'))

    op.drop_table('slug_redirects')
    op.drop_table('related_articles')
    with op.batch_alter_table('article_tags', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_article_tags_tag_id'))

    op.drop_table('article_tags')
    with op.batch_alter_table('article_attachments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_article_attachments_sha256'))

    op.drop_table('article_attachments')
    op.drop_table('article_aliases')
    with op.batch_alter_table('articles', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_articles_related_found_at'))
        batch_op.drop_index(batch_op.f('ix_articles_category_id'))

    op.drop_table('articles')
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_activities_subject_kind_subject_id_id'))

    op.drop_table('activities')
    op.drop_table('tags')
    op.drop_table('site_version')
    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_attempts_happened_at'))
        batch_op.drop_index(batch_op.f('ix_sign_in_attempts_address_key_happened_at'))
        batch_op.drop_index(batch_op.f('ix_sign_in_attempts_account_key_happened_at'))

    op.drop_table('sign_in_attempts')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_jobs_due_at'))

    op.drop_table('jobs')
    op.drop_table('indexing_requests')
    with op.batch_alter_table('categories', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_categories_parent_id'))

    op.drop_table('categories')
    op.drop_table('attachments')
    op.drop_table('accounts')
