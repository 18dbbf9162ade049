/** How every learner is trained: the paper's recipe where it is not said otherwise here. */
export const recipe = { steps: 1000, batch: 4, patch: 48, rate: 1e-3, warmup: 50 };
