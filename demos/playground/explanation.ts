/** What the page says below the charts. */
export const EXPLANATION = `
<p>A fully connected network, your data, and as many seeds as you like in one go. Every seed is a network of its own: it has its own initial
weights and its own order of minibatches, and all are trained side by side on the same split. The bands show how much of a curve is chance.</p>
<ul>
<li><strong>Files.</strong> A CSV holds one example a row, with a target column of numbers or class names. Columns of texts that repeat become
one feature for each text; columns of dates, of other texts, and those that only number the rows are left out; where a feature is missing, the
mean of its column stands in, and a row whose target is missing is refused or left out. NPY and IDX files hold [examples, …] features, with a
second file for the labels. A message says how a file was understood; if that is wrong, change <em>Target column</em>, <em>Target is</em>,
<em>First row</em> or <em>Missing values</em>. Files are read in this browser and sent nowhere.</li>
<li><strong>Loss.</strong> For classes the cross-entropy in nats, for numbers the squared error; both are means over examples, the latter over
outputs too.</li>
<li><strong>Error.</strong> For classes the share of examples that are wrong. For numbers the squared error divided by that of always
answering the training set's mean, so that 1 is no better than that and 0 is perfect.</li>
<li><strong>Sharpness.</strong> The largest eigenvalue of the Hessian of the training loss, on the first 256 training examples at most, by power
iteration that goes on from one measurement to the next: a lower bound until it has found the direction. The dashed line is where gradient
descent at the learning rate set becomes unstable on a quadratic; no such line is drawn for Adam, which rescales every direction.</li>
<li><strong>While it runs</strong> the learning rate and the weight decay can be changed; a message records from which step on. With Adam the
decay is added to the gradient, with AdamW it shrinks the weights directly.</li>
<li><strong>Weights</strong> are offered as a safetensors file at the end, those of up to eight seeds: <code>W1</code>, <code>b1</code>, … as
[inputs, outputs], with the mean and deviation of the standardisation. A run can start from such a file.</li>
</ul>
<p><strong>Limits.</strong> The interval covers initial weights and batches, not the choice of test examples: one split, no cross-validation. Settings
tried until the test error is low have been fitted to the test set. Training is in float32. The mean that
stands in for a missing value is that of all rows, test examples included. Rows of different lengths, and texts among the numbers of a column,
are refused, not guessed at. Per-step series are thinned to 400 points.</p>`;
