import cousin
