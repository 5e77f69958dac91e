/** Where data is kept: a Postgres server, or PGlite inside the process. */
export const DATABASE_ENGINES = ['postgres', 'embedded'] as const;
export type DatabaseEngine = (typeof DATABASE_ENGINES)[number];
