import { labels } from './pictures.mjs';

/** How a learner that takes a label is steered during measurement, in the page's words. */
const waysOf = {
  given: 'label given',
  wrong: 'wrong label (the next one)',
  blind: 'label found by a sensor',
};

/** Results as rows, one per learner and way: means over seeds with the deviation of the average. */
export function rowsOf(results, titles) {
  const keys = new Set(
    results.flatMap(({ name, ways }) => Object.keys(ways).map((way) => `${name}/${way}`)),
  );
  return [...keys].map((key) => {
    const [name, way] = key.split('/');
    const found = results.filter((each) => each.name === name && each.ways[way]);
    const steered = found.some(({ ways }) => Object.keys(ways).length > 1);
    const title = steered ? `${titles[name]}: ${waysOf[way]}` : titles[name];
    const sets = Object.fromEntries(
      ['made', 'public'].map((set) => [set, over(found.map(({ ways }) => ways[way][set]))]),
    );
    const [{ parameters = 0 }] = found;
    return { key, title, parameters, ...sets };
  });
}

function over(series) {
  const averages = series.map(mean);
  const average = mean(averages);
  const square = averages.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return {
    tasks: labels.map((_, at) => mean(series.map((row) => row[at]))),
    average,
    deviation: averages.length > 1 ? Math.sqrt(square / (averages.length - 1)) : undefined,
  };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
