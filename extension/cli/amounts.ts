/** `12 ms`; from one second on as durationText. */
export function fineDurationText(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : durationText(seconds);
}

/** `4.2 s`, `3 min 12 s`, `5 h 20 min`, `3 d 4 h`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}
