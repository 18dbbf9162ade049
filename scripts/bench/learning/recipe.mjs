/** How every learner is trained: the paper's recipe unless changed here. */
export const recipe = { steps: 1000, batch: 4, patch: 48, rate: 1e-3, warmup: 50 };

/** The shipped adapter's (scripts/default-adapter/recipe.mjs). */
export const longRecipe = {
  ...{ steps: 3500, batch: 8, patch: 64, rate: 1e-3, warmup: 200 },
  ...{ loss: 'charbonnier', average: 0.999 },
};
