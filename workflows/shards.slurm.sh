#!/bin/sh
# Shards as a Slurm array, on a folder that all nodes see.
#
#   stackmatrix watch && stackmatrix plan --shards 8
#   sbatch --wait --array=1-8 shards.slurm.sh
#   stackmatrix merge bundles
#   for step in judge explain reduce track render; do stackmatrix $step; done
#
# Each task writes its own bundle and nothing else there; environments lie in TMPDIR of the node.
#SBATCH --job-name=stackmatrix
#SBATCH --cpus-per-task=2
#SBATCH --mem=8G
#SBATCH --time=02:00:00
#SBATCH --requeue

exec stackmatrix execute \
    --shard "$SLURM_ARRAY_TASK_ID" \
    --execution "$((${SLURM_RESTART_COUNT:-0} + 1))" \
    --workers "${SLURM_CPUS_PER_TASK:-1}" \
    --quiet
