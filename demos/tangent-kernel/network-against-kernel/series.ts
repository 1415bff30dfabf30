/** The learners that are compared, by the ids of their series. */
export const LEARNERS = {
  rich: 'network, rich',
  lazy: 'network, lazy',
  linear: 'linearised network',
  kernel: 'its closed form',
  infinite: 'kernel of infinite width',
};
export type Learner = keyof typeof LEARNERS;
