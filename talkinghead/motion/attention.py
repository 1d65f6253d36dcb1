"""Self-attention over motion frames, for recordings of any length."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Self-attention (Vaswani et al. 2017) whose reach is told by distance, not by place.

    Scores fall with the distance in frames, each head at its own rate (Press et al. 2022), so
    a window of any length and place is understood alike; a short convolution tells before
    from after.
    """

    slopes: Tensor

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.before = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.near = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.mix = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(2 * width, width)
        )
        self.register_buffer("slopes", 0.25 ** torch.arange(1, heads + 1), persistent=False)

    def forward(self, x: Float[Tensor, "b t width"]) -> Float[Tensor, "b t width"]:
        x = x + self.near(self.before[0](x).transpose(1, 2)).transpose(1, 2)
        batch, frames, width = x.shape
        parts = self.mix(self.before[1](x)).view(batch, frames, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        at = torch.arange(frames, device=x.device)
        far = -self.slopes[:, None, None] * (at[:, None] - at[None]).abs()
        heard = functional.scaled_dot_product_attention(query, key, value, attn_mask=far.to(x))
        x = x + self.out(heard.transpose(1, 2).reshape(batch, frames, width))
        fed: Tensor = self.feed(self.before[2](x))
        return x + fed
