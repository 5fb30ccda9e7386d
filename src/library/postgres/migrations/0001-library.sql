-- What a library keeps: corpora, their stories, model versions, checkpoints, claims of trainings, documents.
-- Names and ids are stored as stored-text.ts writes them. Sizes are in bytes.

create table fabulist.corpora (
  id bigint generated always as identity primary key,
  server text not null,
  -- SHA-256 of the name as names are compared: a name of 200 characters may be too long for an index.
  name_key bytea not null,
  name text not null,
  -- Over the hashes of its stories, in order; empty for a starter, whose story is not kept here.
  hash text not null default '',
  changed_at timestamptz(3) not null,
  -- The version that somebody chose to tell, and the newest one at that moment.
  choice_id text,
  choice_after text,
  unique (server, name_key)
);

create table fabulist.stories (
  corpus bigint not null references fabulist.corpora on delete cascade,
  hash text not null,
  position integer not null,
  -- A record without a text: what a clean start replaced while a model that learned from it may be there.
  replaced boolean not null,
  file_name text not null,
  handed_over_by text not null,
  at timestamptz(3) not null,
  encoding text not null,
  bytes bigint not null,
  primary key (corpus, hash)
);

create table fabulist.story_parts (
  corpus bigint not null,
  hash text not null,
  part integer not null,
  bytes bytea not null,
  primary key (corpus, hash, part),
  foreign key (corpus, hash) references fabulist.stories on delete cascade
);

-- The files of one version or of one checkpoint. Removing the bundle removes either.
create table fabulist.bundles (
  id bigint generated always as identity primary key,
  corpus bigint not null references fabulist.corpora on delete cascade
);
create index on fabulist.bundles (corpus);

create table fabulist.files (
  bundle bigint not null references fabulist.bundles on delete cascade,
  name text not null,
  bytes bigint not null,
  hash text not null,
  primary key (bundle, name)
);
create index on fabulist.files (hash);

create table fabulist.file_parts (
  bundle bigint not null,
  name text not null,
  part integer not null,
  bytes bytea not null,
  primary key (bundle, name, part),
  foreign key (bundle, name) references fabulist.files on delete cascade
);
-- Weights do not get smaller by being packed.
alter table fabulist.file_parts alter column bytes set storage external;

create table fabulist.versions (
  bundle bigint primary key references fabulist.bundles on delete cascade,
  corpus bigint not null references fabulist.corpora on delete cascade,
  id text not null,
  created_at timestamptz(3) not null,
  corpus_hash text not null,
  stories text[] not null,
  figures text not null,
  kept_out text,
  -- What was found wrong with it when it was read, or null.
  damage text,
  unique (corpus, id)
);

create table fabulist.checkpoints (
  corpus bigint primary key references fabulist.corpora on delete cascade,
  bundle bigint not null unique references fabulist.bundles on delete cascade
);

create table fabulist.claims (
  corpus bigint primary key references fabulist.corpora on delete cascade,
  token uuid not null unique,
  -- The attempt of the queue that holds it, `job:number`, or null where the queue has no part in it.
  attempt text,
  until timestamptz not null
);

create table fabulist.documents (
  kind text not null,
  key_hash bytea not null,
  key text not null,
  value text not null,
  primary key (kind, key_hash)
);

-- Of the transactions of the last hour, by which one is known that was committed when its connection was lost.
create table fabulist.marks (
  mark uuid primary key,
  at timestamptz not null default now()
);
create index on fabulist.marks (at);

-- Trainings that were asked for and have not ended, one a corpus. The queue that hands them out is that of pg-boss.
create table fabulist.trainings (
  corpus bigint primary key references fabulist.corpora on delete cascade,
  server text not null,
  job uuid not null unique,
  request text not null,
  -- The content that was asked to be learned, and how often something else was asked for since.
  hash text not null,
  revision integer not null default 0,
  asked_at timestamptz(3) not null,
  -- The order in which they are taken: see fair-order.ts.
  class integer not null,
  tag bigint not null,
  -- The attempt that owns it, `job:number`, and the process that makes it; null while it waits.
  attempt text,
  worker uuid,
  -- What a person wants of it: `stop`, `cancel`, or null.
  intent text,
  -- The latest event that was told, as JSON.
  event text not null,
  -- The process that shows it to people; null where that has left.
  shown_by uuid
);
create index on fabulist.trainings (server, class, tag);
create index on fabulist.trainings (class, tag) where attempt is null;
create index on fabulist.trainings (class, tag) where attempt is not null;
create index on fabulist.trainings (worker) where worker is not null;

-- How trainings ended, for an hour: for whoever did not hear of it.
create table fabulist.training_ends (
  job uuid primary key,
  event text not null,
  at timestamptz not null default now()
);
create index on fabulist.training_ends (at);

-- Processes of the cluster, and until when each is believed to live.
create table fabulist.processes (
  id uuid primary key,
  -- `chat` or `trainer`.
  role text not null,
  until timestamptz not null
);

-- Nightly runs that were begun: whoever writes the row runs it. `due` is the time on the wall, in milliseconds.
create table fabulist.nights (
  shift text not null,
  due bigint not null,
  at timestamptz not null default now(),
  primary key (shift, due)
);
