/** What the page says below the charts. */
export const EXPLANATION = `
<p>Classical theory says that a model with more parameters than examples overfits. Measured, the test error does rise up to the point where
the model can just fit every example, and then it falls again: <em>double descent</em>.</p>
<p>At that threshold exactly one set of weights fits the data, and it has to be large: the smallest singular value of the data matrix is near
zero, and noise is divided by it. Past the threshold many sets of weights fit. Least squares by the pseudo-inverse, like gradient descent
from zero, takes the one of smallest norm, and the more there is to choose from, the smaller that norm is.</p>
<ul>
<li><strong>Linear regression.</strong> Gaussian inputs, a target that uses all D features equally, the minimum-norm fit on the first p. The dashed
curve is the exact expectation, not a fit. Within one of the threshold it is infinite, and within three the variance of the risk is, so
means there jump from run to run and no interval is judged. The ridge curve is the limit of large n, the measured one is at finite n.</li>
<li><strong>Random ReLU features.</strong> The same with features computed by a random layer, on digits (MNIST-1D, some labels redrawn) or on a linear
target, where the high-dimensional limit is known.</li>
<li><strong>Over time.</strong> One model, gradient descent from zero: every step has a closed form, and the end is the minimum-norm fit.</li>
<li><strong>MLP.</strong> Two hidden layers trained with SGD. Here there is no theory's curve, only the published runs.</li>
</ul>
<p><strong>Limits.</strong> Least squares runs in float64 on the CPU, everything trained on the GPU in float32. MLP test labels are clean, training
labels noisy. The published figures are single runs. The peak needs label noise: without it the MLP's test error falls throughout, though its
test loss still peaks.</p>`;
