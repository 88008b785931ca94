-- Public holidays, for business days. The migrator fills in what the program knows; rows of
-- another source are the operator's own.
CREATE TABLE IF NOT EXISTS holidays
(
    country LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2.',
    day Date32 COMMENT 'The day on which it is kept.',
    name String COMMENT 'Name of the holiday.',
    source LowCardinality(String) DEFAULT 'own' COMMENT 'library: known to the program, and brought up by it. Any other: added by the operator, and left alone.',

    -- what the engine needs
    version UInt64 DEFAULT 1 COMMENT 'The highest counts. Of source library: the release of the library, 2001013 for 2.1.13.',
    is_deleted UInt8 DEFAULT 0 COMMENT '1: the row was withdrawn and final reads do not show it.'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (country, day, source)
COMMENT 'Days on which a whole country does not work, for business days. Your own are welcome: INSERT INTO holidays (country, day, name) VALUES (...).';

-- What the week looks like. Source: Unicode CLDR 45, supplemental weekData.
CREATE OR REPLACE VIEW calendars
(
    country LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2; empty: any country that has no row.',
    weekend Array(UInt8) COMMENT 'Days that are no business days: 1 is Monday, 7 is Sunday.',
    holidays_known Bool COMMENT 'The table holidays has some of this country.'
)
AS WITH
    ['BH', 'DZ', 'EG', 'IL', 'IQ', 'JO', 'KW', 'LY', 'OM', 'QA', 'SA', 'SD', 'SY', 'YE'] AS friday_saturday
SELECT
    country,
    multiIf(has(friday_saturday, country), [5, 6], country = 'AF', [4, 5], country = 'IR', [5], country IN ('IN', 'UG'), [7], [6, 7]) AS weekend,
    country IN (SELECT country FROM holidays FINAL) AS holidays_known
FROM
(
    SELECT DISTINCT country FROM holidays FINAL
    UNION DISTINCT
    SELECT arrayJoin(arrayConcat(friday_saturday, ['AF', 'IR', 'IN', 'UG', ''])) AS country
)
COMMENT 'Which days are business days, by country: those that are neither in its weekend nor in the table holidays.';
