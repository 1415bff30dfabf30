/** What the built pages may do, as a browser enforces it: scripts, styles, workers and data from their own site only, nothing inline. */

/** Kept as a meta element in every built page, so that it holds on any static host. */
export const CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** The same from a server, with what only a header can say. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `${CONTENT_POLICY}; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
};
