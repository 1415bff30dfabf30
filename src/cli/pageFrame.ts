/** What every page has around its own part: head, header with the site's navigation, and a word to browsers without scripts. */

/** Addresses from the site's root. */
const NAVIGATION: readonly (readonly [string, string])[] = [
  ['', 'Phenomena'],
  ['playground/', 'Playground'],
  ['runs/', 'Runs'],
  ['device/', 'Device'],
  ['bench/', 'Bench'],
];

/** The first match of a tag, and the text without it. */
const cut = (text: string, tag: RegExp): readonly [string, string] => [tag.exec(text)?.[0] ?? '', text.replace(tag, '')];

/**
 * A whole page from its part: a `<title>`, if need be a description, one component, and a script, in any order. `path`: of its index.html, from the
 * root of the site, as '/runs/index.html'. Throws Error for a part without title or script.
 */
export function framed(part: string, path: string): string {
  const here = path.replace(/^\//, '').replace(/index\.html$/, '');
  const root = here === '' ? './' : '../'.repeat(here.split('/').length - 1);
  const [title, untitled] = cut(part, /<title>.*?<\/title>/s);
  const [description, undescribed] = cut(untitled, /<meta name="description"[^>]*>/);
  const [script, body] = cut(undescribed, /<script[\s\S]*<\/script>/);
  if (!title || !script) throw new Error(`${path} needs a <title> and a <script>: see the other pages`);
  const links = NAVIGATION.map(
    ([to, label]) => `<a href="${to === here ? './' : root + to}"${to === here ? ' aria-current="page"' : ''}>${label}</a>`,
  ).join('');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    ${description}
    ${here === '' ? title : title.replace('</title>', ' · Overparam</title>')}
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${root}site.css">
    ${script}
  </head>
  <body>
    <div class="site">
      <header>
        <a href="${root}">Overparam</a><span>a laboratory for the theory of deep learning</span>
        <nav aria-label="Site">${links}</nav>
      </header>
      <main>${body.trim()}</main>
      <noscript><p>This page runs in the browser and needs JavaScript and WebGPU.</p></noscript>
    </div>
  </body>
</html>
`;
}
