"""From a model whose forward pass is code to a Functional that computes the same."""
