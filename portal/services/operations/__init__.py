"""What the operator needs: retention, sealed values, support bundles, isolated duties."""
