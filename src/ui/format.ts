/** Numbers and durations for reading, not for computing. */

/** Four significant digits; powers of ten beyond a million and below a thousandth. */
export const formatNumber = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'none' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    size !== 0 && (size >= 1e6 || size < 1e-3) ? value.toExponential(2).replace(/\.?0*e\+?/, 'e') : String(Number(value.toPrecision(4)));
  return text.replaceAll('-', '−');
};

/** '0.4 s', '12 s', '3 min 20 s', '1 h 05 min'. */
export const formatSeconds = (seconds: number): string => {
  const s = Math.round(seconds);
  if (s < 10) return `${seconds.toFixed(1)} s`;
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
};

/** '850', '12.3 k', '4.56 M'. */
export const formatRate = (perSecond: number): string => {
  const [divisor, suffix] = perSecond >= 1e6 ? [1e6, ' M'] : perSecond >= 1e4 ? [1e3, ' k'] : [1, ''];
  return `${Number((perSecond / divisor).toPrecision(3))}${suffix}`;
};
