/** What the page says below the charts. */
export const EXPLANATION = `
<p>To first order, a network near its start is linear in its weights. Training it is then regression with one fixed function of two inputs, the
<em>neural tangent kernel</em> Θ(x, x′) = ⟨∂f(x)/∂θ, ∂f(x′)/∂θ⟩. As the width grows, Θ at the start becomes a fixed, known function, and training stops
moving it. So wide networks would be kernel machines, and what they cannot learn from few examples, networks could not either. They can: where
Θ moves, a network learns features, and on targets that need them it is ahead.</p>
<ul>
<li><strong>How wide is wide?</strong> ‖Θ̂ − Θ‖/‖Θ‖ at the start, over widths. Both are exact up to rounding: Θ̂ from small Gram matrices, layer by layer, without ever
storing a Jacobian, Θ from its recursion. With one hidden layer of ReLUs the mean squared distance has a closed form, which the dashed line draws.</li>
<li><strong>Lazy and rich.</strong> The network trained is α(f − f₀), with its loss divided by α². Large α reaches the targets by tiny moves, so Θ stands still; small α
has to move, and Θ turns towards the labels: see its heatmap and its
spectrum before and after. The networks have erf: where ReLUs switch Θ jumps, and its change falls more slowly than 1/α.</li>
<li><strong>Network against kernel.</strong> Sparse parity: the label is the product of a few bits out of many. A kernel must treat all bits alike and needs of the order
of d<sup>k</sup> examples; the rich network finds the bits. The linearised network has the kernel of its own
width and stops at the same step, so it lies above the kernel of infinite width, which is fitted to the end. On MNIST-1D with few examples the kernel holds its own.</li>
<li><strong>The circle.</strong> There the Θ of ReLUs has cosines as eigenfunctions, and gradient descent learns frequency k at a rate λₖ. Without biases λₖ is exactly 0 for odd k ≥ 3. The target is small, so that Θ
stands still: at amplitude 1 the times are no longer the kernel’s.</li>
</ul>
<p><strong>Limits.</strong> Kernels are measured in float32, the infinite network and regression computed in float64. The constants over width depend on the inputs:
the lines drawn at two hidden layers were measured for others. Slopes are judged to ±0.1 as the next order bends them at widths and scales that fit here. The rich network has no early stopping and no
tuning; its α is a setting. Guides of slope −1 and −½ are drawn at an arbitrary height.</p>`;
