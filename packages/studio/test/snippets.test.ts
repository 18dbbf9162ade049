import { describe, expect, it } from 'vitest';
import { type CodeSetting, snippets } from '../src/snippets.ts';

const setting: CodeSetting = {
  model: { name: '@pip-graft/restorer' },
  image: "it's.jpg",
  weights: { noise: 0.5, 'low-light': 1, rain: 0 },
  strength: 0.8,
  steered: true,
};

/** The restoring line of each snippet. */
const lines = (changes: Partial<CodeSetting>): string[] =>
  snippets({ ...setting, ...changes }).map(
    ({ code }) => code.split('\n').find((line) => /restore\(|graft restore/.test(line))!,
  );

describe('the settings as code', () => {
  it('names labels, weights and strength, and quotes where necessary', () => {
    expect(lines({})).toEqual([
      "const restored = await restorer.restore('it\\'s.jpg', { noise: 0.5, 'low-light': 1 }, { strength: 0.8 });",
      "const restored = await restorer.restore(file, { noise: 0.5, 'low-light': 1 }, { strength: 0.8 });",
      "npx graft restore @pip-graft/restorer 'it'\\''s.jpg' -o restored --degradation noise=0.5,low-light=1 --strength 0.8",
    ]);
  });

  it('omits defaults', () => {
    const [node, page, command] = lines({
      weights: {},
      strength: 1,
      image: 'a.png',
      model: { name: 'm.onnx' },
    });
    expect(node).toBe("const restored = await restorer.restore('a.png');");
    expect(page).toBe('const restored = await restorer.restore(file);');
    expect(command).toBe('npx graft restore m.onnx a.png -o restored');
    expect(lines({ weights: {}, strength: 0 })[1]).toContain('(file, undefined, { strength: 0 })');
    const nothing = lines({ weights: { rain: 0, noise: 0 }, strength: 1 });
    expect(nothing[1]).toBe('const restored = await restorer.restore(file, { rain: 0 });');
    expect(nothing[2]).toContain('--degradation rain=0');
    expect(lines({ steered: false })[1]).toBe('const restored = await restorer.restore(file);');
  });
});

it('is code that runs whatever the names', () => {
  const model = { name: 'my models/net.onnx' };
  const [node, page, command] = snippets({ ...setting, model, image: '-a\n"b\\.png' });
  expect(node!.code).toContain("Restorer.open('my models/net.onnx')");
  expect(node!.code).toContain("restore('-a\\n\"b\\\\.png'");
  expect(page!.code).toContain("Restorer.open('/net.onnx')");
  expect(command!.code).toContain("npx graft restore 'my models/net.onnx' './-a\n\"b\\.png' -o");
});

it.each([
  ['/home/me/net.onnx', '/net.onnx'],
  ['C:\\nets\\a b.onnx', '/a%20b.onnx'],
  ['hf:me/net@main', '/model.onnx'],
  ['restorer', '/model.onnx'],
])('opens %s in a page from its site, as %s', (name, url) => {
  expect(snippets({ ...setting, model: { name } })[1]!.code).toContain(`Restorer.open('${url}')`);
});

it('first grafts what was grafted in the page', () => {
  const from = { model: 'host.onnx', was: 'host', adapter: 'my adapter', hasSensor: true } as const;
  const made = snippets({ ...setting, model: { name: 'my adapter on host.onnx', from } });
  expect(made[2]!.code.split('\n')).toEqual([
    "npx graft apply host.onnx --adapter 'my adapter' --auto -o grafted.onnx",
    expect.stringMatching(/^npx graft restore grafted\.onnx /),
  ]);
  expect(made[1]!.code).toContain("Restorer.open('/grafted.onnx')");
});
