"""The statements by which readings are stored: each takes arrays, for any number of rows."""

# Everything here is looked up by its index, row by row. A plan that was made while a table
# was still empty would read it from end to end, and stay when the table has grown.
BY_INDEX = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)
"""

# Asked for patients in any order; the locks are taken in one order by everyone, so that
# two transactions never wait for each other.
LOCKS = """
SELECT pg_advisory_xact_lock(%s, key)
FROM (SELECT key FROM unnest(%s::int4[]) AS key ORDER BY key OFFSET 0) AS sorted
"""
# The same without waiting: who holds a lock elsewhere is named by `false`.
TRY_LOCKS = "SELECT key, pg_try_advisory_xact_lock(%s, key) FROM unnest(%s::int4[]) AS key"

PATIENTS = """
SELECT p.id, p.time_zone,
    (SELECT jsonb_agg(jsonb_build_array(z.since, z.zone, z.before) ORDER BY z.since)
     FROM patients_zonechange z WHERE z.patient_id = p.id),
    (SELECT max(b.position) FROM biometrics_ingestbatch b WHERE b.patient_id = p.id),
    (SELECT jsonb_agg(jsonb_build_object('metrics', r.metrics, 'device', r.device_id,
                                         'start', r.start_ms, 'end', r.end_ms))
     FROM biometrics_readingsremoval r WHERE r.patient_id = p.id AND r.lifted_at IS NULL),
    p.consents::text[] @> '{care,monitoring}'
FROM patients_patient p
WHERE p.id = ANY(%s::uuid[]) AND p.deleted_at IS NULL
"""
DEVICES = """
SELECT id, patient_id FROM biometrics_device
WHERE id = ANY(%s::uuid[]) AND revoked_at IS NULL
"""
SEGMENTS = """
SELECT s.id, s.patient_id, s.device_id, s.metric, s.span_start_ms, s.position, s.samples
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::int8[], %s::int8[])
    AS w (patient_id, device_id, metric, first_ms, last_ms)
JOIN biometrics_readingsegment s
    ON s.patient_id = w.patient_id AND s.metric = w.metric
    AND s.span_start_ms BETWEEN w.first_ms AND w.last_ms
    AND s.device_id IS NOT DISTINCT FROM w.device_id
"""
LEDGER_INSERT = """
INSERT INTO biometrics_ingestbatch (
    id, created_at, patient_id, position, kind, payload, digest, device_id, source, actor_id,
    import_run_id, metrics, first_ms, last_ms, accepted, duplicate, corrected, rejected,
    implausible, reasons, redacted_digest
)
SELECT id, %s, patient_id, position, kind, payload, digest, device_id,
    source, actor_id, import_run_id, string_to_array(metrics, ','),
    first_ms, last_ms, accepted, duplicate, corrected, rejected,
    implausible, reasons, ''
FROM unnest(
    %s::uuid[], %s::uuid[], %s::int8[], %s::text[], %s::bytea[], %s::text[], %s::uuid[],
    %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::int8[], %s::int8[], %s::int8[],
    %s::int8[], %s::int8[], %s::int8[], %s::int8[], %s::text[]
) AS row (id, patient_id, position, kind, payload, digest, device_id, source, actor_id,
    import_run_id, metrics, first_ms, last_ms, accepted, duplicate, corrected, rejected,
    implausible, reasons)
"""
SEGMENTS_WRITE = """
INSERT INTO biometrics_readingsegment (
    id, created_at, patient_id, device_id, metric, span_start_ms, count, position, samples
)
SELECT id, %s, patient_id, device_id, metric, span_start_ms, count,
    position, samples
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::int8[], %s::int8[],
    %s::int8[], %s::bytea[])
    AS row (id, patient_id, device_id, metric, span_start_ms, count, position, samples)
ON CONFLICT (id) DO UPDATE SET
    count = excluded.count, position = excluded.position, samples = excluded.samples
"""
# Hours or days that lost their last sample have no figure any more.
ROLLUPS_CLEAR = """
DELETE FROM biometrics_rollup r
USING unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::int8[], %s::int8[])
    AS w (patient_id, device_id, metric, period, start_ms, end_ms)
WHERE r.patient_id = w.patient_id AND r.metric = w.metric AND r.period = w.period
    AND r.device_id IS NOT DISTINCT FROM w.device_id
    AND r.start_at >= to_timestamp(w.start_ms / 1000.0)
    AND r.start_at < to_timestamp(w.end_ms / 1000.0)
"""
_ROLLUPS = """
INSERT INTO biometrics_rollup AS held (
    id, created_at, patient_id, device_id, metric, period, start_at, local_date, count, mean,
    low, high, sd, implausible
)
SELECT gen_random_uuid(), %s, patient_id, device_id, metric, period,
    to_timestamp(start_ms / 1000.0), date '1970-01-01' + day::int, count, mean, low, high,
    nullif(sd, 'NaN'::float8), implausible
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::int8[],
    %s::int8[], %s::int8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[],
    %s::int8[])
    AS row (patient_id, device_id, metric, period, start_ms, day, count, mean, low, high,
    sd, implausible)
ON CONFLICT (patient_id, metric, period, start_at, device_id) DO UPDATE SET
"""
# In place of what was there: the hour or day was summed up as a whole.
ROLLUPS_WRITE = f"""{_ROLLUPS}
    local_date = excluded.local_date, count = excluded.count, mean = excluded.mean,
    low = excluded.low, high = excluded.high, sd = excluded.sd,
    implausible = excluded.implausible
"""
# Beside what was there: the figures of two disjoint sets of samples make those of both
# (Chan, Golub and LeVeque 1983).
ROLLUPS_ADD = f"""{_ROLLUPS}
    count = held.count + excluded.count,
    mean = held.mean + (excluded.mean - held.mean) * excluded.count
        / (held.count + excluded.count),
    low = least(held.low, excluded.low), high = greatest(held.high, excluded.high),
    sd = sqrt((
        coalesce(held.sd ^ 2, 0) * (held.count - 1)
        + coalesce(excluded.sd ^ 2, 0) * (excluded.count - 1)
        + (excluded.mean - held.mean) ^ 2 * held.count
            * (excluded.count::float8 / (held.count + excluded.count))
    ) / (held.count + excluded.count - 1)),
    implausible = held.implausible + excluded.implausible
"""
# Of two devices at the same moment it is the one whose id sorts last, in whichever order they
# are written; none sorts first. The same device may correct its value.
LATEST_WRITE = """
INSERT INTO biometrics_latestreading AS held (
    id, created_at, patient_id, metric, device_id, value, measured_at, synced_at, implausible
)
SELECT gen_random_uuid(), %s, patient_id, metric, device_id, value,
    to_timestamp(start_ms / 1000.0), %s, implausible
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::float8[], %s::int8[], %s::bool[])
    AS row (patient_id, metric, device_id, value, start_ms, implausible)
ON CONFLICT (patient_id, metric) DO UPDATE SET
    device_id = excluded.device_id, value = excluded.value,
    measured_at = excluded.measured_at, implausible = excluded.implausible,
    synced_at = CASE WHEN %s THEN excluded.synced_at ELSE held.synced_at END
    WHERE held.measured_at < excluded.measured_at
        OR held.measured_at = excluded.measured_at
            AND (held.device_id IS NULL OR held.device_id <= excluded.device_id)
"""
