/** The registry of kernels: one line each. */
import { anyOracle, type Kernel, type Oracle } from './kernel';
import { adamRef } from './adam.ref';
import { arcKernelDiagonalRef, arcKernelRef } from './arcKernel.ref';
import { batchIndicesRef } from './permutation.ref';
import { exampleNormRef } from './exampleNorm.ref';
import { foldRef } from './fold.ref';
import { gatherRef } from './gather.ref';
import { gramRef } from './gram.ref';
import { jacobianRef } from './jacobian.ref';
import { matmulRef } from './matmul.ref';
import { normalRef } from './normal.ref';
import { pointwiseRef } from './pointwise.ref';
import { reduceRef } from './reduce.ref';
import { scheduleRef } from './schedule.ref';
import { sgdRef } from './sgd.ref';
import { scatterAddRef } from './scatterAdd.ref';
import { softmaxCrossEntropyRef } from './softmaxCrossEntropy.ref';
import { softmaxRef } from './softmax.ref';
import { recordRef } from './record.ref';
import { stridedCopyRef } from './stridedCopy.ref';
import { unfoldRef } from './unfold.ref';
import { uniformRef } from './uniform.ref';

export const ORACLES: readonly Oracle[] = Object.freeze([
  anyOracle(pointwiseRef),
  anyOracle(matmulRef),
  anyOracle(reduceRef),
  anyOracle(softmaxRef),
  anyOracle(softmaxCrossEntropyRef),
  anyOracle(uniformRef),
  anyOracle(normalRef),
  anyOracle(batchIndicesRef),
  anyOracle(gatherRef),
  anyOracle(scatterAddRef),
  anyOracle(stridedCopyRef),
  anyOracle(unfoldRef),
  anyOracle(foldRef),
  anyOracle(scheduleRef),
  anyOracle(sgdRef),
  anyOracle(adamRef),
  anyOracle(recordRef),
  anyOracle(gramRef),
  anyOracle(exampleNormRef),
  anyOracle(jacobianRef),
  anyOracle(arcKernelRef),
  anyOracle(arcKernelDiagonalRef),
]);

const byName: ReadonlyMap<string, Oracle> = new Map(ORACLES.map((o) => [o.kernel.name, o]));

/** The oracle of a kernel, by the kernel's name. Throws RangeError for a name that is not registered. */
export const oracleOf = (name: string): Oracle => {
  const found = byName.get(name);
  if (!found) throw new RangeError(`no kernel '${name}'; there are ${[...byName.keys()].join(', ')}`);
  return found;
};
/** Throws RangeError for a name that is not registered. */
export const kernelByName = (name: string): Kernel => oracleOf(name).kernel;
