/** Numbers as people read them. */

const KILO = 1000;

/** `14 MB`, `2.1 GB`. @param {number} bytes */
export function inBytes(bytes) {
  if (bytes < KILO * KILO) return `${Math.max(1, Math.round(bytes / KILO))} kB`;
  if (bytes < KILO ** 3) return `${Math.round(bytes / KILO ** 2)} MB`;
  return `${(bytes / KILO ** 3).toFixed(1)} GB`;
}

/** `5 s`, `about 3 min`, `about 2 h`. @param {number} seconds */
export function inTime(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3600)} h`;
}

/** Nothing is complete before it is. @param {number} sent bytes @param {number} size bytes */
export function inPercent(sent, size) {
  return size > 0 ? Math.min(sent < size ? 99 : 100, Math.floor((100 * sent) / size)) : 0;
}
