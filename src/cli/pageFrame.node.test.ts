import { expect, it } from 'vitest';
import { framed } from './pageFrame';

const PART = '<title>Mine</title>\n<lab-mine></lab-mine>\n<script type="module" src="./page.ts"></script>';

it('frames a page, with addresses from where it stands', () => {
  const page = framed(PART, '/runs/index.html');
  expect(page).toContain('<title>Mine · Overparam</title>');
  expect(page).toContain('<main><lab-mine></lab-mine></main>');
  expect(page).toContain('<a href="../">Phenomena</a><a href="../playground/">Playground</a><a href="./" aria-current="page">Runs</a>');
  expect(page.indexOf('src="./page.ts"')).toBeLessThan(page.indexOf('</head>'));
  expect(framed(PART, '/index.html')).toMatch(
    /<title>Mine<\/title>[^]*href="\.\/site\.css"[^]*<a href="\.\/" aria-current="page">Phenomena<\/a><a href="\.\/playground\/">/,
  );
});
it.each(['<title>Mine</title>', '<script src="./page.ts"></script>'])('refuses %s alone', (part) => {
  expect(() => framed(part, '/mine/index.html')).toThrow('/mine/index.html needs a <title> and a <script>');
});
