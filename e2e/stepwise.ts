/** The check of plans, dispatch by dispatch. */
export { stepwise, type Agreement } from '../src/runtime/stepwise';
