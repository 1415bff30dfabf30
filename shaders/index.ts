/** The registry of kernels: one line each. */
import { anyOracle, type Kernel, type Oracle } from './kernel';
import { adamRef } from './adam.ref';
import { arcKernelDiagonalRef, arcKernelRef } from './arcKernel.ref';
import { attentionGradKeysRef, attentionGradQueriesRef } from './attentionGrad.ref';
import { attentionRef } from './attention.ref';
import { batchIndicesRef } from './permutation.ref';
import { copyRef } from './copy.ref';
import { exampleNormRef } from './exampleNorm.ref';
import { foldRef } from './fold.ref';
import { gatherRef } from './gather.ref';
import { gramRef } from './gram.ref';
import { headProductRef } from './headProduct.ref';
import { jacobianRef } from './jacobian.ref';
import { matmulBroadcastRef, matmulQuadRef, matmulRef, matmulSharedRef } from './matmul.ref';
import { multiplyAddRef } from './multiplyAdd.ref';
import { normalRef } from './normal.ref';
import { normaliseGradRef, normaliseRef } from './normalise.ref';
import { pointwiseRef } from './pointwise.ref';
import { positionRef } from './position.ref';
import { reduceRef } from './reduce.ref';
import { scheduleRef } from './schedule.ref';
import { sgdRef } from './sgd.ref';
import { scatterAddRef } from './scatterAdd.ref';
import { softmaxCrossEntropyRef } from './softmaxCrossEntropy.ref';
import { softmaxRef } from './softmax.ref';
import { recordRef } from './record.ref';
import { recordSumsRef } from './recordSums.ref';
import { stridedCopyRef } from './stridedCopy.ref';
import { unfoldRef } from './unfold.ref';
import { uniformRef } from './uniform.ref';

export const ORACLES: readonly Oracle[] = Object.freeze([
  anyOracle(pointwiseRef),
  anyOracle(matmulRef),
  anyOracle(matmulQuadRef),
  anyOracle(matmulBroadcastRef),
  anyOracle(matmulSharedRef),
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
  anyOracle(recordSumsRef),
  anyOracle(gramRef),
  anyOracle(exampleNormRef),
  anyOracle(jacobianRef),
  anyOracle(arcKernelRef),
  anyOracle(arcKernelDiagonalRef),
  anyOracle(headProductRef),
  anyOracle(attentionRef),
  anyOracle(attentionGradQueriesRef),
  anyOracle(attentionGradKeysRef),
  anyOracle(normaliseRef),
  anyOracle(normaliseGradRef),
  anyOracle(positionRef),
  anyOracle(copyRef),
  anyOracle(multiplyAddRef),
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
