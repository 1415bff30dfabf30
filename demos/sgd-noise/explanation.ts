/** What the page says below the charts. */
export const EXPLANATION = `
<p>The gradient of a minibatch is the full gradient G plus noise. The noise has a size, the trace of the covariance Σ of single examples’ gradients,
and a batch of B examples divides it by B. The <em>noise scale</em> tr Σ / |G|² is the batch size at which signal and noise are equal: with fewer
examples a step is mostly noise, with many more it is a better step than it needs to be.</p>
<ul>
<li><strong>The noise scale while training.</strong> Both parts come from the norms of single examples’ gradients, which follow from what the layers have
computed anyway: no gradient of a single example is ever stored. Averages of tr Σ and |G|² are kept apart, as an average of their ratio would be biased. At
some steps the weights are held still and many batches of two sizes are drawn: their gradients’ norms give the same two numbers without looking at
examples one by one. The eigenvalues are those of the Gram matrix of some examples’ gradients; with so few examples they are more uneven than those of
Σ itself.</li>
<li><strong>Steps against examples.</strong> Each batch size is trained at several learning rates up to a loss, and the best rate counts. Small batches
take few examples and many steps, large ones the reverse; the curve between is a hyperbola, and its bend is the critical batch size.</li>
<li><strong>Temperature.</strong> SGD with small steps is a diffusion whose temperature is η/B: at the same η/B, and after the same time η · steps,
networks trained with other batch sizes end alike. Sharpness is vᵀHv after some power iterations on the Hessian of the training loss, a lower bound of its
largest eigenvalue; the residual tells how far the iteration has come.</li>
<li><strong>A noisy quadratic.</strong> Here the noise has a closed form for any step size, with and without momentum. The dashed curves are exact, not
fits. For small steps momentum β multiplies the variance by 1/(1 − β).</li>
<li><strong>Mislabelled examples.</strong> While a network has learned the rule but not yet the exceptions, a wrong label leaves a large gradient. Picking
the largest norms finds wrong labels better than chance, until the network has memorised them too.</li>
</ul>
<p><strong>Limits.</strong> Batches are drawn without replacement within an epoch of a finite training set, and |G|² is estimated as if examples were fresh:
once the training set is nearly fitted the estimate is about 0 and the noise scale is not defined; such points are left out. The goal of steps against
examples is a training loss, and the best of a grid of rates is up to half a spacing from the best of all. The temperature is a theory of small steps: where
ηλ nears 2 it must fail. Networks are small, data are MNIST-1D.</p>`;
